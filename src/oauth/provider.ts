/** Whom users sign in with, whatever its protocol. */
export type Provider = {
  /** Connections belong to it: `google`, `github`, or that of a registered provider. */
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  /** Ids of the operator's apps at the provider: ID tokens that a client brings may be meant for them. */
  readonly appClientIds: readonly string[]
  readonly protocol: 'oidc' | 'github' | 'plain'
  /** Of OIDC the one that its ID tokens name. */
  readonly issuer: string
  /** What tells its subjects from another's, and from those of before it moved [AT11]. */
  readonly namespace: string
  /** From the operator's environment: its URLs are asked without the policy for foreign ones. */
  readonly isOwn: boolean
  readonly scopes: readonly string[]
  /** On whose word an address counts that it names [OA5 FD11]. */
  readonly emailVerification: 'claim' | 'trusted' | 'mail'
  /** Whether an ID token without the nonce that was sent passes. */
  readonly nonce: 'required' | 'if_present'
  /** Beside those of the protocol. */
  readonly authorizeParameters: Readonly<Record<string, string>>
  readonly endpoints: Endpoints
}

export type Endpoints = {
  readonly authorization: string
  readonly token: string
  readonly userinfo: string | undefined
  readonly jwks: string | undefined
  readonly tokenAuth: 'basic' | 'post'
  /** RFC 9207: it always names itself when it sends the browser back. */
  readonly namesIssuer: boolean
}

type Address = {
  readonly text: string
  /** Else its mailbox has to say so before anything is made of it. */
  readonly isProven: boolean
}

/** Who came back from a provider, as far as it vouches for it. */
export type Identity = {
  readonly subject: string
  /** Only one that counts at this provider [OA5]. */
  readonly email: Address | undefined
  readonly username: string | undefined
  readonly pictureUrl: string | undefined
}
