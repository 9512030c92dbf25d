import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

type Algorithm = -7 | -8 | -257

/** What an authenticator says of itself and of its user: https://www.w3.org/TR/webauthn-3/#flags */
export type Flags = { readonly up?: boolean; readonly uv?: boolean; readonly be?: boolean; readonly bs?: boolean }

type Options = { readonly public_key?: unknown }

/** What somebody who has the authenticator, or wrote it, may send otherwise than it should. */
export type Twist = {
  readonly flags?: Flags
  readonly counter?: number
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly clientData?: object
  readonly userHandle?: string | null
  readonly fmt?: string
  readonly attStmt?: Cbor
  readonly signature?: Buffer
  /** Of an answer, unasked: as CBOR writes them, or what is no CBOR. */
  readonly extensions?: Cbor | { readonly raw: Buffer }
  readonly aaguid?: Buffer
  /** Instead of its own key. */
  readonly cose?: Cbor
  /** Instead of the one that it was offered. */
  readonly challenge?: string
}

/** A map is a list of pairs: of COSE the keys are numbers. */
export type Cbor = number | string | Buffer | readonly (readonly [Cbor, Cbor])[]

/** As much of RFC 8949 as authenticators write. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.length), ...value.flatMap(([name, one]) => [cbor(name), cbor(one)])])
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  if (length < 256) return Buffer.from([(major << 5) | 24, length])
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255])
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const base64url = (data: string | Buffer): string => Buffer.from(data).toString('base64url')

function makeKey(algorithm: Algorithm): { readonly key: KeyObject; readonly cose: Cbor } {
  if (algorithm === -257) {
    const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
    return { key, cose: [[1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]] } // biome-ignore format: a key of COSE
  }
  if (algorithm === -8) {
    const { privateKey: key, publicKey } = generateKeyPairSync('ed25519')
    const { x = '' } = publicKey.export({ format: 'jwk' })
    return { key, cose: [[1, 1], [3, -8], [-1, 6], [-2, bytes(x)]] } // biome-ignore format: a key of COSE
  }
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { key, cose: [[1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]] } // biome-ignore format: a key of COSE
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

type Creation = {
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
  readonly challenge: string
}

/** One key and what it was made for, without the browser and the person in between. */
export class SoftPasskey {
  readonly id: string
  readonly credentialId: Buffer
  readonly origin: string
  readonly key: KeyObject
  readonly cose: Cbor
  readonly flags: Flags
  counter: number
  rpId = ''
  userHandle = ''

  constructor({
    algorithm = -7,
    flags = {},
    counter = 0,
    origin = 'https://app.example.com',
    credentialId = randomBytes(32),
  }: {
    readonly algorithm?: Algorithm
    readonly flags?: Flags
    readonly counter?: number
    readonly origin?: string
    readonly credentialId?: Buffer
  } = {}) {
    const { key, cose } = makeKey(algorithm)
    this.key = key
    this.cose = cose
    this.credentialId = credentialId
    this.id = base64url(credentialId)
    this.flags = flags
    this.counter = counter
    this.origin = origin
  }

  /** As COSE writes it. */
  get publicKey(): Buffer {
    return cbor(this.cose)
  }

  /** `navigator.credentials.create()`, as `toJSON` gives it. */
  create({ public_key }: Options, twist: Twist = {}) {
    const { rp, user, challenge } = public_key as Creation
    this.rpId = twist.rpId ?? rp.id
    this.userHandle = user.id
    const { aaguid = Buffer.alloc(16), fmt = 'none', attStmt = [], cose = this.cose } = twist
    const length = Buffer.from([this.credentialId.length >> 8, this.credentialId.length & 255])
    const attested = Buffer.concat([aaguid, length, this.credentialId, cbor(cose)])
    const authData = Buffer.concat([this.authData(twist, 0x40), attested])
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: this.clientData('webauthn.create', challenge, twist),
        attestationObject: base64url(cbor([['fmt', fmt], ['attStmt', attStmt], ['authData', authData]])), // biome-ignore format: a map of CBOR
        transports: ['internal', 'hybrid'],
        publicKeyAlgorithm: -7,
      },
    }
  }

  /** `navigator.credentials.get()`, as `toJSON` gives it. */
  get({ public_key }: Options, twist: Twist = {}) {
    const { challenge } = public_key as { readonly challenge: string }
    const clientDataJSON = this.clientData('webauthn.get', challenge, twist)
    const authData = this.authData(twist, 0)
    const signed = Buffer.concat([authData, sha256(bytes(clientDataJSON))])
    const hash = this.key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    const userHandle = twist.userHandle === undefined ? this.userHandle : twist.userHandle
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData: base64url(authData),
        signature: base64url(twist.signature ?? sign(hash, signed, this.key)),
        ...(userHandle !== null && { userHandle }),
      },
    }
  }

  private clientData(type: string, offered: string, twist: Twist): string {
    const { origin = this.origin, challenge = offered } = twist
    return base64url(
      JSON.stringify({ type: twist.type ?? type, challenge, origin, crossOrigin: false, ...twist.clientData }),
    )
  }

  private authData({ flags, counter = this.counter, rpId = this.rpId, extensions }: Twist, always: number): Buffer {
    const { up = true, uv = true, be = true, bs = true } = { ...this.flags, ...flags }
    const more = extensions === undefined ? [] : [isRaw(extensions) ? extensions.raw : cbor(extensions)]
    const bits = always | (more.length > 0 ? 0x80 : 0) | (up ? 1 : 0) | (uv ? 4 : 0) | (be ? 8 : 0) | (bs ? 16 : 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(rpId), Buffer.from([bits]), count, ...more])
  }
}

const isRaw = (given: Cbor | { readonly raw: Buffer }): given is { readonly raw: Buffer } =>
  typeof given === 'object' && 'raw' in given
