import { inSpan, type Span, serverOf } from './span.ts'

/**
 * Runs a request to another server in a span that holds its host and status.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function inHttpSpan<Reply extends { readonly status: number }>(
  method: string,
  url: string,
  act: (span: Span | undefined) => Promise<Reply>,
): Promise<Reply> {
  const attributes = { 'http.request.method': method, ...serverOf(url) }
  return inSpan(method, { kind: 'client', attributes }, async (span) => {
    const reply = await act(span)
    span?.note({ 'http.response.status_code': reply.status })
    if (reply.status >= 400) span?.fail(String(reply.status))
    return reply
  })
}
