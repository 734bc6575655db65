//! The tables of `migrations/`, for diesel.

diesel::table! {
    sale (payment_id) {
        payment_id -> Text,
        lane_id -> Text,
        checkout_id -> Text,
        reference -> Text,
        currency -> Text,
        gross_minor -> BigInt,
        due_minor -> BigInt,
        goods -> Text,
        begun_ms -> BigInt,
        reversing_ms -> Nullable<BigInt>,
        ended_ms -> Nullable<BigInt>,
        ending -> Nullable<Text>,
        reason -> Text,
        receipt -> Nullable<Binary>,
    }
}

diesel::table! {
    refund (refund_id) {
        refund_id -> Text,
        payment_id -> Text,
        currency -> Text,
        request -> Binary,
        goods -> Text,
        begun_ms -> BigInt,
        ended_ms -> Nullable<BigInt>,
        ending -> Nullable<Text>,
        reason -> Text,
        refunded_minor -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sale, refund);
