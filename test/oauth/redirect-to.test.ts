import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAllowedRedirect } from '../../src/oauth/redirect-to.ts'

const allowed = ['https://app.example.com', 'https://other.example.com:8443']
const isAllowed = (text: string) => isAllowedRedirect(text, allowed)

test.each([
  '/',
  '/welcome',
  '/a/b?c=d&e=%20f#g',
  '/a%2Fb',
  'https://app.example.com',
  'https://app.example.com/',
  'https://app.example.com/a?b#c',
  'https://app.example.com?b=c',
  'https://other.example.com:8443/x',
])('%j may be gone to', (text) => {
  expect(isAllowed(text)).toBe(true)
})

test.each([
  '',
  'welcome',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/%2Fevil.example',
  '/%2fevil.example',
  '/%5cevil.example',
  '/%252fevil.example',
  '/%09/evil.example',
  '/\t/evil.example',
  '/a\r\nLocation: https://evil.example',
  '/%0d%0aLocation: x',
  ' /welcome',
  '/wel come',
  '/.//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  '/⁄evil.example',
  '/／evil.example',
  'https://evil.example',
  'https://app.example.com.evil.example',
  'https://app.example.com@evil.example',
  'https://app.example.com:8443/',
  'https://user@app.example.com/',
  'http://app.example.com/',
  'HTTPS://APP.EXAMPLE.COM/',
  'https://app.example.com\\@evil.example',
  'https://app.example.com//evil.example',
  'https://app.example.com#x',
  'javascript:alert(1)',
  'data:text/html,x',
  `/${'x'.repeat(2048)}`,
])('%j may not [OA7]', (text) => {
  expect(isAllowed(text)).toBe(false)
})

test('whatever may be gone to stays at the front end, read as a browser reads it', () => {
  const bits = fc.constantFrom('/', '\\', '.', '%2f', '%5c', '%2e', '@', ':', '?', '#', 'a', 'evil.example', '\t')
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 12 }), (parts) => {
      const text = `/${parts.join('')}`
      if (isAllowed(text)) expect(new URL(text, 'https://app.example.com').origin).toBe('https://app.example.com')
    }),
    { numRuns: 5000 },
  )
})
