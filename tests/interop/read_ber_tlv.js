// Prints what npm's ber-tlv sees in combined codes.
//
// Standard input: a JSON string with a code's text each line. Standard output: a JSON tree each line, objects as
// [tag, value], a primitive's value in hexadecimal, a constructed one's as a list of objects.

const { TlvFactory, TlvType } = require('ber-tlv');

const tree = (objects) => objects.map((object) => [
  object.tag.toString('hex').toUpperCase(),
  object.type === TlvType.CONSTRUCTED ? tree(object.items) : object.value.toString('hex').toUpperCase(),
]);

for (const line of require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  console.log(JSON.stringify(tree(TlvFactory.parse(Buffer.from(JSON.parse(line), 'base64')))));
}
