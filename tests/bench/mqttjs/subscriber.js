// What a user would write to keep readings: mqtt.js, better-sqlite3, a row a reading, a commit each 100 ms.
//   node subscriber.js PORT IDENTITY COUNTS DATABASE
'use strict';
const fs = require('fs');
const path = require('path');
const Database = require('better-sqlite3');
const mqtt = require('mqtt');

const [port, identity, countsPath, databasePath] = process.argv.slice(2);
const pem = (name) => fs.readFileSync(path.join(identity, name));

const db = new Database(databasePath);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL'); // A commit is on the disk, as with the one that it is compared to.
db.exec('CREATE TABLE readings (device TEXT, epoch TEXT, seq INTEGER, name TEXT, unit TEXT, at REAL, value REAL)');
const insert = db.prepare('INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?)');

// Two little-endian 64-bit numbers for the flood: messages received, and committed.
const counts = fs.openSync(countsPath, 'r+');
const numbers = new BigUint64Array(2);
let received = 0, open = 0;
const tell = () => {
  numbers[0] = BigInt(received);
  numbers[1] = BigInt(received - open);
  fs.writeSync(counts, numbers, 0, 16, 0);
};

setInterval(() => {
  if (open > 0) db.exec('COMMIT');
  open = 0;
  tell();
}, 100);

const client = mqtt.connect({
  protocol: 'mqtts', host: '127.0.0.1', port: Number(port), clientId: 'bench-mqttjs', protocolVersion: 4, clean: true,
  ca: pem('ca.pem'), cert: pem('certificate.pem'), key: pem('key.pem'), servername: 'localhost',
});
client.on('message', (topic, payload) => {
  if (open === 0) db.exec('BEGIN');
  const device = topic.split('/')[1];
  const pack = JSON.parse(payload);
  const [{ bt = 0, epoch, seq }] = pack;
  for (const { n, u, v, t = 0 } of pack) insert.run(device, epoch, seq, n, u, bt + t, v);
  ++received;
  ++open;
  if (received % 64 === 0) tell(); // The flood goes on before the commit: only what is committed is measured.
});
client.on('connect', () => {
  client.subscribe('things/+/readings', { qos: 1 }, (error) => {
    if (error) throw error;
    console.log('ready');
  });
});
client.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
process.on('SIGTERM', () => {
  if (open > 0) db.exec('COMMIT');
  open = 0;
  tell();
  process.exit(0);
});
