import pg from 'pg'
import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'
import { appSignIn, asked, withPasskey } from './support.ts'

const app = useApp({ DATABASE_POOL_SIZE: '6', DATABASE_TIMEOUT_MS: '2000' })

test('rate_limit:exceeded: no turn in five seconds; others find a place and a connection meanwhile [FT13 AT2]', async () => {
  const [{ person, passkey }, other] = [await withPasskey(app), await withPasskey(app)]
  const { client: bystander } = await signedUp(app)
  const client = app.client()
  const ask = () => asked(client, appSignIn)
  const credentials = await Promise.all(Array.from({ length: 30 }, async () => passkey.get(await ask())))
  const holder = new pg.Client(app.config.databaseUrl)
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query('select id from users where email = $1 for update', [person.email])
    // Also has its sessions looked up anew.
    await app.sql('select 1')
    const storm = Promise.all(credentials.map((credential) => client.post(appSignIn, { credential })))
    const elsewhere = { remoteAddress: '198.51.100.7' }
    const [check, signIn] = await Promise.all([
      bystander.get('/v0/user/me'),
      app.client().post(appSignIn, { credential: other.passkey.get(await ask()) }, elsewhere),
    ])
    expect([check.status, signIn.status]).toEqual([200, 200])
    const answers = await storm
    expect(new Set(answers.map(({ code }) => code))).toEqual(
      new Set(['system:transaction_error', 'rate_limit:exceeded']),
    )
    expect(answers.find(({ code }) => code === 'rate_limit:exceeded')?.headers['retry-after']).toBe('5')
  } finally {
    await holder.end()
  }
})
