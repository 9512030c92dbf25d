import { expect, test } from 'vitest'
import { appWith } from '../support/mail-way.ts'

const google = { GOOGLE_CLIENT_ID: 'google-client', GOOGLE_CLIENT_SECRET: 'google-secret' }
const github = { GITHUB_CLIENT_ID: 'github-client', GITHUB_CLIENT_SECRET: 'github-secret' }

test.each([
  ['none', {}, []],
  ['GitHub alone', github, [{ slug: 'github', name: 'GitHub' }]],
  [
    'both, also while Google cannot be reached',
    { ...google, ...github, GOOGLE_ISSUER: 'http://127.0.0.1:1' },
    [
      { slug: 'google', name: 'Google' },
      { slug: 'github', name: 'GitHub' },
    ],
  ],
])('GET /v0/auth/oauth/providers lists what is configured, name and slug alone: %s', async (_name, env, providers) => {
  const app = await appWith(env)
  const answer = await app.client().get('/v0/auth/oauth/providers')
  expect([answer.status, answer.body, answer.setCookies]).toEqual([200, { providers }, []])
})
