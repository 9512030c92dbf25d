import type { ErrorTable } from '../errors/table.ts'

export const signUpErrors = {
  'user:sign_up_closed': {
    status: 403,
    title: 'Sign-up closed',
    description:
      'SIGN_UP is invite or closed: signup and complete-signup answer so before anything is looked up, whatever they ' +
      'are sent; also a sign-in through a provider that no account is connected to, and a link or code that would ' +
      'make an account, if sign-up was closed since it was mailed (neither is used up)',
    meaning: 'People cannot make accounts here by themselves. No account was made; existing ones work as ever.',
    advice:
      'Show its sentence in place of the form. Whoever has an account signs in as before, and can then link the ' +
      'provider; whoever was invited opens the link of the invitation.',
  },
  'email:domain_not_allowed': {
    status: 403,
    title: 'E-mail domain not allowed',
    description:
      'accounts are made for addresses of SIGN_UP_DOMAINS alone, or not for those of SIGN_UP_DENY_DOMAINS; a domain ' +
      'stands for all below it. The same for every address of the domain, with or without an account',
    meaning: 'No account is made for an address of this domain. One that has it already works as ever.',
    advice: 'Mark the address and ask for another; after a provider, offer to sign up or sign in another way.',
  },
} as const satisfies ErrorTable<'user' | 'email'>
