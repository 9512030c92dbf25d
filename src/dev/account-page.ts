import { htmlPage, plainStyle } from '../docs/layout.ts'
import type { accountPages } from '../tokens/link.ts'

const acts = {
  'verify-email': { title: 'Verify your address', post: '/v0/auth/verify-email' },
  'verify-device': { title: 'Sign in on this device', post: '/v0/auth/device/verify' },
} as const satisfies Record<(typeof accountPages)[number], { title: string; post: string }>

/** Stands in for the front end's page behind a mailed link: posts the token after a click, as mail scanners open links too. */
export const accountPage = (page: keyof typeof acts): string =>
  htmlPage({
    title: acts[page].title,
    head: plainStyle,
    body: `<h1>${acts[page].title}</h1>
<p>This bare page stands in for your front end's until FRONTEND_URL is set.</p>
<p><button type="button" id="act" data-post="${acts[page].post}">${acts[page].title}</button></p>
<pre id="answer" role="status" hidden></pre>
<script src="/account/assets/account.js"></script>`,
  })

export const accountScript = `const button = document.getElementById('act')
const answer = document.getElementById('answer')
button.addEventListener('click', async () => {
  button.disabled = true
  const token = new URLSearchParams(location.search).get('token')
  const reply = await fetch(button.dataset.post, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const me = reply.ok ? await (await fetch('/v0/user/me')).json() : await reply.json()
  answer.hidden = false
  answer.textContent = JSON.stringify(me, null, 2)
  button.disabled = reply.ok
})
`
