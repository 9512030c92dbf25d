import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node'
import { generateSecret, generateURI, verifySync } from 'otplib'

/** HMAC by Node: otplib's own in JavaScript took a quarter of the event loop's work for a sign-in with a code. */
const crypto = new NodeCryptoPlugin()

const secretBytes = 20
const stepSeconds = 30

/** 160 bits [MF2], in base32 as authenticator apps take it. */
export const makeSecret = (): string => generateSecret({ length: secretBytes, crypto })

/** https://github.com/google/google-authenticator/wiki/Key-Uri-Format: the issuer in label and parameter. */
export const otpauthUri = (issuer: string, email: string, secret: string): string =>
  generateURI({ issuer, label: email, secret })

/**
 * Reads a code as it was typed: spaces and hyphens are ignored, letters may have any case. Returns undefined if the
 * text is not a code.
 */
export function readCode(text: string): { readonly kind: 'totp' | 'backup'; readonly code: string } | undefined {
  const code = text.replace(/[\s-]/g, '')
  if (/^\d{6}$/.test(code)) return { kind: 'totp', code }
  return /^[A-Za-z0-9]{8}$/.test(code) ? { kind: 'backup', code: code.toUpperCase() } : undefined
}

/**
 * RFC 6238 with SHA-1 and 6 digits: finds the step t-1, t or t+1 of the code. Returns undefined if the code is wrong,
 * or its step is not after the spent one [MF1].
 */
export function findStep(
  secret: string,
  code: string,
  { nowSeconds, spentStep }: { readonly nowSeconds: number; readonly spentStep: number },
): number | undefined {
  const epoch = Math.floor(nowSeconds)
  const result = verifySync({ secret, token: code, epoch, epochTolerance: stepSeconds, crypto })
  if (!(result.valid && 'timeStep' in result)) return undefined
  return result.timeStep > spentStep ? result.timeStep : undefined
}
