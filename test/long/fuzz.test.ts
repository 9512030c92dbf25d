import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { contractOracle } from '../fuzz/contract-oracle.ts'
import { type FuzzedServer, startFuzzedServer } from '../fuzz/fuzzed-server.ts'
import { attack } from '../fuzz/hostile/attack.ts'
import { type Ledger, openLedger } from '../fuzz/ledger.ts'
import { liveLives } from '../fuzz/life/live.ts'
import { makeMember } from '../fuzz/members.ts'
import { routesOf } from '../fuzz/operations.ts'
import { fuzzCredentials } from '../fuzz/passkeys/credentials.ts'
import { explore } from '../fuzz/schemathesis/explore.ts'

/** `npm run fuzz` asks for 100,000 requests; among the other tests a hundredth shows that the machinery works. */
const isLong = process.env.FUZZ_REQUESTS !== undefined
const requests = Number(process.env.FUZZ_REQUESTS ?? 1000)
/** The same seed draws the same requests. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 0x7fffffff)
const limit = { timeout: 60_000 + requests * 30 }

let server: FuzzedServer
let ledger: Ledger
beforeAll(async () => {
  server = await startFuzzedServer(inject('postgresUrl'))
  ledger = openLedger(contractOracle(server.document))
})
afterAll(async () => {
  const figures = ledger.report(routesOf(server.document).length)
  await server.stop()
  if (isLong) process.stdout.write(`seed ${seed}\n${figures}\n`)
})

test("every answer of an account's life is one that the model foresees, and within the contract", limit, async () => {
  const administrator = await makeMember(server, ledger, 'admin')
  const enough = ledger.requests + requests * 0.35
  await liveLives({ server, ledger, administrator }, { seed, isEnough: () => ledger.requests >= enough })
  expect(server.log()).toBe('')
})

/** Every operation has some thirty cases of its own besides the examples; three callers ask. */
const examplesAnOperation = Math.max(1, Math.round((requests * 0.3) / 3 / 75 - 30))

test.runIf(isLong)('schemathesis finds no answer outside the OpenAPI document', limit, async () => {
  const [user, administrator] = [await makeMember(server, ledger), await makeMember(server, ledger, 'admin')]
  const exploration = { server, ledger, examplesAnOperation, seed }
  await Promise.all([explore(exploration), explore({ ...exploration, token: user.token })])
  await explore({ ...exploration, token: administrator.token })
  expect(server.log()).toBe('')
})

test('whatever stands in the credential of a passkey, the answer is within the contract', limit, async () => {
  const member = await makeMember(server, ledger)
  const enough = ledger.requests + requests * 0.1
  await fuzzCredentials({ server, ledger, member, seed, isEnough: () => ledger.requests >= enough })
  expect(server.log()).toBe('')
})

test('what no client would send is answered within the contract', limit, async () => {
  const [user, administrator] = [await makeMember(server, ledger), await makeMember(server, ledger, 'admin')]
  const headers = { authorization: `Bearer ${user.token}` }
  const { body } = await server.ask({ method: 'POST', target: '/v0/auth/token', headers })
  const { access_token: accessToken } = JSON.parse(body.toString())
  const credentials = { user: user.token, administrator: administrator.token, accessToken }
  // Whatever the other parts have left.
  await attack({ server, ledger, credentials, seed, isEnough: () => ledger.requests >= requests })
  expect(server.log()).toBe('')
})
