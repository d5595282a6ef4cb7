// node hold.mjs <port> <connections> <request in base64> [<first address, from 0>]
// Opens connections, gets one answer on each, says so, and holds them until its input ends.
import { connect } from 'node:net'

const [port, connections] = process.argv.slice(2, 4).map(Number)
const request = Buffer.from(process.argv[4], 'base64')
const firstAddress = Number(process.argv[5] ?? 0)
/** Connections that are being opened at a time: fewer than a listening socket queues. */
const AT_A_TIME = 200

/** Connections from one address: the more of its ports are taken, the longer a free one is looked for. */
const AN_ADDRESS = 4_000

const sockets = []
let opened = 0
while (sockets.length < connections) {
  const size = Math.min(AT_A_TIME, connections - sockets.length)
  sockets.push(...(await Promise.all(Array.from({ length: size }, open))))
}
let closed = 0
for (const socket of sockets) socket.on('close', () => (closed += 1))
console.log('ready')
process.stdin.on('end', () => {
  console.log(closed)
  // reset, so that the ports are free again at once
  for (const socket of sockets) socket.resetAndDestroy()
  setImmediate(() => process.exit(0))
})
process.stdin.resume()

function open() {
  return new Promise((resolve, reject) => {
    const address = firstAddress + Math.floor(opened++ / AN_ADDRESS)
    const source = address === 0 ? {} : { localAddress: `127.0.0.${1 + address}` }
    const socket = connect({ port, host: '127.0.0.1', ...source })
    socket.once('error', reject)
    socket.once('data', () => resolve(socket))
    socket.write(request)
  })
}
