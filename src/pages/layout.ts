import type { FastifyReply } from 'fastify'
import { type Html, html } from './html.ts'

const policy = (more: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': "'self'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    ...more,
  })
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')

/** Pages load everything from this server, in files; nothing is inline. */
export const pagePolicy = policy({ 'require-trusted-types-for': "'script'" })

/** The inbox shows mails in a frame, which has a policy of its own. */
export const inboxPolicy = policy({ 'require-trusted-types-for': "'script'", 'frame-src': "'self'" })

type Page = { readonly title: string; readonly head: Html; readonly body: Html; readonly icon?: string }

/** Without an icon, browsers ask for `/favicon.ico`, and its 404 shows in every console [FD83]. */
export const htmlPage = ({ title, head, body, icon = 'data:,' }: Page): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${icon}">
${head}
</head>
<body>
${body}
</body>
</html>
`

/** Makes the reply a page of this policy, without sending it. */
export const asPage = (reply: FastifyReply, policy: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('content-security-policy', policy)
