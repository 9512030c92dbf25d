import { makeToken } from '../../../src/crypto/secret-token.ts'
import type { ErrorCode } from '../../../src/errors/catalogue.ts'
import type { Choices } from './choices.ts'
import type { Life } from './life.ts'
import type { Link, LinkPurpose } from './state.ts'

/** Mostly the newest link of that purpose; sometimes an old one, one of another purpose, or none at all. */
export function drawLink(life: Life, choices: Choices, purpose: LinkPurpose): { link?: Link; token: string } {
  const fitting = life.state.links.filter((one) => one.purpose === purpose).toReversed()
  const kind = choices.among('newest', 'newest', 'newest', 'any', 'any', 'of another purpose', 'unknown', 'malformed')
  const list = kind === 'newest' ? fitting.slice(0, 1) : kind === 'any' ? fitting : life.state.links
  const link = kind === 'unknown' || kind === 'malformed' ? undefined : choices.of(list)
  return link
    ? { link, token: link.token }
    : { token: kind === 'malformed' ? 'pot_malformed' : makeToken('mailed').text }
}

type LinkRefusals = { readonly invalid: ErrorCode; readonly used?: ErrorCode; readonly mismatch?: ErrorCode }

const refusals: Readonly<Record<LinkPurpose, LinkRefusals>> = {
  verify_email: {
    invalid: 'token:invalid_verification',
    used: 'email:already_verified',
    mismatch: 'token:email_mismatch',
  },
  device_verify: { invalid: 'token:invalid_device_verify' },
  password_reset: { invalid: 'token:invalid_reset', mismatch: 'token:email_mismatch' },
  email_change: { invalid: 'token:invalid_email_change', mismatch: 'token:email_mismatch' },
  email_undo: { invalid: 'token:invalid_email_change' },
}

/** The contract's order: unknown, superseded or of another purpose; another address; used. */
export function refusalOfLink(link: Link | undefined, purpose: LinkPurpose, address?: string): ErrorCode | undefined {
  const { invalid, used = invalid, mismatch = invalid } = refusals[purpose]
  if (link === undefined || link.purpose !== purpose || link.state === 'void') return invalid
  if (address !== undefined && address !== link.address) return mismatch
  return link.state === 'used' ? used : undefined
}
