/** Why an account is not taken; never what it held. */
export class Refusal extends Error {}
