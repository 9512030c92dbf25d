import { randomUUIDv7 } from 'node:crypto'
import QRCode from 'qrcode'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { KeyringError } from '../crypto/keyring.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import { transaction } from '../db/transaction.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { makeSecret, otpauthUri } from './code.ts'
import { sealSecret } from './secret.ts'

export const setUpTotpRefusals = [
  'totp:already_enabled',
  'totp:secret_generation_failed',
  'totp:qr_generation_failed',
  'user:invalid_session',
] as const

type SetUpTotpRefusal = (typeof setUpTotpRefusals)[number]

type Setup = { readonly secret: string; readonly uri: string; readonly qrPng: Buffer }

/** Afterwards a new secret waits for its first code; a secret that waited before is gone. */
export async function setUpTotp(ctx: Context<SetUpTotpRefusal>, signedIn: SignedIn): Promise<Setup> {
  const { id: userId, email } = signedIn.user
  const secret = makeSecret()
  const uri = otpauthUri(ctx.config.totpIssuer, email, secret)
  const qrPng = await drawQr(ctx, uri)
  const fresh = {
    id: randomUUIDv7(),
    sealedSecret: sealNew(ctx, secret, userId),
    loginStep: 0,
    enableStep: 0,
    regenerateStep: 0,
    disableStep: 0,
    isVouchedFor: false,
  }
  await transaction(ctx.pool, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if (user.factors.includes('totp')) throw ctx.fault('totp:already_enabled')
    await tx
      .insert(totpSecrets)
      .values({ ...fresh, userId })
      .onConflictDoUpdate({ target: totpSecrets.userId, set: fresh })
  })
  return { secret, uri, qrPng }
}

function sealNew(ctx: Context<'totp:secret_generation_failed'>, secret: string, userId: string): Buffer {
  try {
    return sealSecret(ctx.keyring, secret, userId)
  } catch (cause) {
    if (!(cause instanceof KeyringError)) throw cause
    throw ctx.fault('totp:secret_generation_failed', {
      cause,
      details: 'KEYS_DIR has no encryption key that can be used.',
    })
  }
}

/** A phone does not read a larger QR code from a screen. */
const largestVersion = 20

async function drawQr(ctx: Context<'totp:qr_generation_failed'>, uri: string): Promise<Buffer> {
  const options = { errorCorrectionLevel: 'M' } as const
  const details = 'The address of the account is too long for a QR code.'
  try {
    if (QRCode.create(uri, options).version > largestVersion) throw ctx.fault('totp:qr_generation_failed', { details })
    return await QRCode.toBuffer(uri, { ...options, type: 'png' })
  } catch (error) {
    if (!isTooLong(error)) throw error
    throw ctx.fault('totp:qr_generation_failed', { details, cause: error })
  }
}

/** The library reports data beyond version 40 only by the message of its error. */
const isTooLong = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('The amount of data is too big')
