/** A service that users sign in with, whatever its protocol. */
export type Provider = {
  /** `google`, `github` or the id of a registered provider's row; connections refer to it. */
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  /** Ids of the operator's apps at the provider: an ID token that a client brings may be issued to them. */
  readonly appClientIds: readonly string[]
  readonly protocol: 'oidc' | 'github' | 'plain'
  /** For OIDC the issuer that its ID tokens name. */
  readonly issuer: string
  /** Tells its subjects from those of other providers, and from those of before it moved [AT11]. */
  readonly namespace: string
  /** Comes from the operator's environment; URLs at its issuer's origin are asked without the outbound policy. */
  readonly isOwn: boolean
  readonly scopes: readonly string[]
  /**
   * When an address counts. `claim`: if `email_verified` is true; `trusted`: unless it is false; `mail`: once its
   * mailbox has answered a link [OA5 FD11].
   */
  readonly emailVerification: 'claim' | 'trusted' | 'mail'
  /** Whether an ID token may lack the nonce that was sent. */
  readonly nonce: 'required' | 'if_present'
  /** Added to the protocol's own parameters. */
  readonly authorizeParameters: Readonly<Record<string, string>>
  readonly endpoints: Endpoints
}

export type Endpoints = {
  readonly authorization: string
  readonly token: string
  readonly userinfo: string | undefined
  readonly jwks: string | undefined
  readonly tokenAuth: 'basic' | 'post'
  /** RFC 9207: whether every answer names the issuer. */
  readonly namesIssuer: boolean
}

type Address = {
  readonly text: string
  /** If false, the mailbox must answer a link before an account is made. */
  readonly isProven: boolean
}

/** What a provider says about the user who came back from it. */
export type Identity = {
  readonly subject: string
  /** Undefined if the provider's word for the address does not count [OA5]. */
  readonly email: Address | undefined
  readonly username: string | undefined
  readonly pictureUrl: string | undefined
}
