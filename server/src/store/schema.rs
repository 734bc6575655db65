//! The tables, as diesel sees them. Their meaning stands in `migrations/sqlite`.
#![allow(missing_docs)]

diesel::table! {
    settings (name) { name -> Text, value -> Binary, }
}
diesel::table! {
    merchants (id) { id -> BigInt, name -> Text, fee_ppm -> BigInt, created_at_ms -> BigInt, }
}
diesel::table! {
    terminals (id) { id -> BigInt, merchant_id -> BigInt, name -> Text, branch_gln -> Nullable<Text>, created_at_ms -> BigInt, }
}
diesel::table! {
    issuers (id) { id -> BigInt, name -> Text, fee_ppm -> BigInt, created_at_ms -> BigInt, }
}
diesel::table! {
    keys (holder) { holder -> Text, hash -> Binary, }
}
diesel::table! {
    wallets (id) {
        id -> BigInt,
        state -> BigInt,
        opened_at_ms -> BigInt,
        limit_payment_minor -> Nullable<BigInt>,
        limit_day_minor -> Nullable<BigInt>,
        recovery_hash -> Nullable<Binary>,
        pairing_hash -> Nullable<Binary>,
        pairing_expires_at_ms -> Nullable<BigInt>,
    }
}
diesel::table! {
    devices (id) {
        id -> BigInt,
        wallet_id -> BigInt,
        public_key -> Binary,
        name -> Text,
        linked_at_ms -> BigInt,
        revoked_at_ms -> Nullable<BigInt>,
    }
}
diesel::table! {
    accounts (kind, owner, stripe) {
        kind -> BigInt,
        owner -> BigInt,
        stripe -> BigInt,
        currency -> Text,
        balance_minor -> BigInt,
        last_payment_id -> Nullable<Binary>,
        coupons_redeemed -> BigInt,
        spent_day -> BigInt,
        spent_minor -> BigInt,
        sales -> BigInt,
        sales_minor -> BigInt,
        returns -> BigInt,
        returns_minor -> BigInt,
    }
}
diesel::table! {
    tokens (id) { id -> BigInt, wallet_id -> BigInt, device_id -> BigInt, expires_at_ms -> BigInt, state -> BigInt, }
}
diesel::table! {
    offers (offer_number) {
        offer_number -> BigInt,
        issuer_id -> BigInt,
        title_en -> Text,
        title_zh -> Text,
        description_en -> Text,
        description_zh -> Text,
        image_url -> Text,
        gpc_code -> BigInt,
        per_wallet_limit -> BigInt,
        terms -> Binary,
    }
}
diesel::table! {
    campaigns (offer_number) {
        offer_number -> BigInt,
        issuer_id -> BigInt,
        state -> BigInt,
        total_circulation -> BigInt,
        ends_at_ms -> BigInt,
        revision -> BigInt,
        coupons_clipped -> BigInt,
        expired_through -> BigInt,
    }
}
diesel::table! {
    coupons (wallet_id, offer_number, sequence) {
        wallet_id -> BigInt,
        offer_number -> BigInt,
        sequence -> BigInt,
        state -> BigInt,
        reserved_minor -> BigInt,
        clipped_at_ms -> BigInt,
        redeemed_at_ms -> Nullable<BigInt>,
        payment_id -> Nullable<Binary>,
    }
}
diesel::table! {
    payments (payment_id) {
        payment_id -> Binary,
        request_hash -> Nullable<Binary>,
        state -> BigInt,
        merchant_id -> BigInt,
        terminal_id -> BigInt,
        wallet_id -> Nullable<BigInt>,
        currency -> Text,
        gross_minor -> BigInt,
        due_minor -> BigInt,
        redemptions -> Binary,
        merchant_reference -> Text,
        created_at_ms -> BigInt,
        reversed_at_ms -> Nullable<BigInt>,
        decline_reason -> Nullable<Text>,
        decline_message -> Nullable<Text>,
        refusals -> Nullable<Binary>,
        previous_payment_id -> Nullable<Binary>,
        entry_id -> Nullable<BigInt>,
        approval_expires_at_ms -> Nullable<BigInt>,
        completed_at_ms -> Nullable<BigInt>,
    }
}
diesel::table! {
    batches (kind, owner, number) {
        kind -> BigInt,
        owner -> BigInt,
        number -> BigInt,
        close_id -> Binary,
        after_entry -> BigInt,
        through_entry -> BigInt,
        sales -> BigInt,
        sales_minor -> BigInt,
        returns -> BigInt,
        returns_minor -> BigInt,
        fee_ppm -> BigInt,
        fee_minor -> BigInt,
        payout_minor -> BigInt,
        closed_at_ms -> BigInt,
        paid_out_at_ms -> Nullable<BigInt>,
    }
}
diesel::table! {
    refunds (payment_id, number) {
        payment_id -> Binary,
        number -> BigInt,
        refund_id -> Binary,
        request_hash -> Binary,
        gross_minor -> BigInt,
        shopper_minor -> BigInt,
        details -> Binary,
        at_ms -> BigInt,
        entry_id -> BigInt,
    }
}
diesel::table! {
    redemptions (entry_id, offer_number) {
        entry_id -> BigInt,
        offer_number -> BigInt,
        kind -> BigInt,
        sequence -> BigInt,
        payment_id -> Binary,
    }
}
diesel::table! {
    redemption_stretches (offer_number, first_entry, stripe) {
        offer_number -> BigInt,
        first_entry -> BigInt,
        stripe -> BigInt,
    }
}
diesel::table! {
    entries (id) {
        id -> BigInt,
        kind -> BigInt,
        at_ms -> BigInt,
        payment_id -> Nullable<Binary>,
        merchant_id -> Nullable<BigInt>,
    }
}
diesel::table! {
    postings (entry_id, kind, owner) {
        entry_id -> BigInt,
        kind -> BigInt,
        owner -> BigInt,
        amount_minor -> BigInt,
    }
}
diesel::table! {
    transfer_requests (request_id) { request_id -> Binary, request_hash -> Binary, entry_id -> BigInt, }
}
diesel::allow_tables_to_appear_in_same_query!(entries, payments);
diesel::joinable!(redemptions -> payments (payment_id));
diesel::allow_tables_to_appear_in_same_query!(redemptions, payments);
diesel::allow_tables_to_appear_in_same_query!(redemptions, entries);
diesel::allow_tables_to_appear_in_same_query!(tokens, devices);

diesel::allow_tables_to_appear_in_same_query!(coupons, campaigns);
