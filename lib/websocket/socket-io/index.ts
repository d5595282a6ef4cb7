export { SocketIoAdapter } from './adapter.js'
