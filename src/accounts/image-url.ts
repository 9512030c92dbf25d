import { randomBytes } from 'node:crypto'

/** Random, so that the name does not show whose file it is and cannot be guessed. */
export const newFileName = (): string => `${randomBytes(24).toString('base64url')}.webp`

export const isFileName = (text: string): boolean => /^[\w-]{32}\.webp$/.test(text)

export const fileUrl = ({ publicUrl }: { readonly publicUrl: string }, name: string): string =>
  `${publicUrl}/v0/files/${name}`

type Images = { readonly profileImage: string | null; readonly bannerImage: string | null }

/** An account's pictures as every response shows them. */
export const presentImages = (config: { readonly publicUrl: string }, { profileImage, bannerImage }: Images) => ({
  profile_image: profileImage === null ? undefined : fileUrl(config, profileImage),
  banner_image: bannerImage === null ? undefined : fileUrl(config, bannerImage),
})
