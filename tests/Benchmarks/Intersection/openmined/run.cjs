// Intersection of two sets of N items by @openmined/psi.js with raw encrypted sets, both parties in this process. One line of JSON:
// items, common items found, CPU seconds, bytes that would cross the network.
const PSI = require('@openmined/psi.js')

async function main(items) {
  const psi = await PSI()
  const ids = (from) => Array.from({ length: items }, (_, i) => `user-${from + i}`)
  const [clientItems, serverItems] = [ids(items / 2), ids(0)]
  const before = process.cpuUsage()
  const server = psi.server.createWithNewKey(true)
  const client = psi.client.createWithNewKey(true)
  const setup = server.createSetupMessage(0.001, items, serverItems, psi.dataStructure.Raw).serializeBinary()
  const request = client.createRequest(clientItems).serializeBinary()
  const response = server.processRequest(psi.request.deserializeBinary(request)).serializeBinary()
  const common = client.getIntersection(psi.serverSetup.deserializeBinary(setup), psi.response.deserializeBinary(response))
  const used = process.cpuUsage(before)
  console.log(JSON.stringify({ items, common: common.length, cpuSeconds: (used.user + used.system) / 1e6, bytes: setup.length + request.length + response.length }))
}

main(Number(process.argv[2]))
