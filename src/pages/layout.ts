import { escapeHtml } from './html.ts'

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

/** Mails are shown in a frame, which has a policy of its own. */
export const inboxPolicy = policy({ 'require-trusted-types-for': "'script'", 'frame-src': "'self'" })

/** The API explorer styles its elements inline. */
export const explorerPolicy = policy({ 'style-src': "'self' 'unsafe-inline'", 'font-src': "'self'" })

export const plainStyle = `<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c2430; background: #fff }
h2 { margin: 2rem 0 0; font-size: 1.1rem } h2 a { color: inherit; text-decoration: none }
code, pre { background: #eef1f5; padding: .1em .3em; border-radius: .2em } pre { white-space: pre-wrap; padding: 1rem }
p { margin: .3rem 0 } button { font: inherit; padding: .4rem 1rem }
</style>`

type Page = { readonly title: string; readonly head: string; readonly body: string }

/** Without an icon browsers ask for `/favicon.ico`, and every console shows its 404 [FD83]. */
export const htmlPage = ({ title, head, body }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}
</body>
</html>
`
