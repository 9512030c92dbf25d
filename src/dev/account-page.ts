import { htmlPage, plainStyle } from '../docs/layout.ts'
import type { accountPages } from '../tokens/link.ts'

const acts = {
  'verify-email': { title: 'Verify your address', post: '/v0/auth/verify-email' },
  'verify-device': { title: 'Sign in on this device', post: '/v0/auth/device/verify' },
  'confirm-email-change': { title: 'Confirm your new address', post: '/v0/auth/confirm-email-change' },
  'undo-email-change': { title: 'Undo the change of your address', post: '/v0/auth/undo-email-change' },
  'reset-password': { title: 'Set a new password', post: '/v0/auth/reset-password', asks: 'new_password' },
  'confirm-deletion': { title: 'Delete your account', post: '/v0/user/me/deletion/confirm' },
} as const satisfies Record<(typeof accountPages)[number], Act>

type Act = { readonly title: string; readonly post: string; readonly asks?: 'new_password' }

/** Stands in for the front end's page behind a mailed link: posts the token after a click, as mail scanners open links too. */
export function accountPage(page: keyof typeof acts): string {
  const { title, post, asks }: Act = acts[page]
  const field = asks ? `<p><label>New password <input id="field" name="${asks}" type="password"></label></p>` : ''
  return htmlPage({
    title,
    head: plainStyle,
    body: `<h1>${title}</h1>
<p>This bare page stands in for your front end's until FRONTEND_URL is set.</p>
${field}
<p><button type="button" id="act" data-post="${post}">${title}</button></p>
<pre id="answer" role="status" hidden></pre>
<script src="/account/assets/account.js"></script>`,
  })
}

export const accountScript = `const button = document.getElementById('act')
const field = document.getElementById('field')
const answer = document.getElementById('answer')
button.addEventListener('click', async () => {
  button.disabled = true
  const token = new URLSearchParams(location.search).get('token')
  const reply = await fetch(button.dataset.post, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, ...(field && { [field.name]: field.value }) }),
  })
  const me = reply.ok ? await (await fetch('/v0/user/me')).json() : await reply.json()
  answer.hidden = false
  answer.textContent = JSON.stringify(me, null, 2)
  button.disabled = reply.ok
})
`
