import { signalPasskeyDetails } from 'postern/client/passkeys'
import { api, type Me } from '../api.ts'
import { element, section, strong, theirs } from '../elements.ts'
import { form } from '../form.ts'
import { type PlainKey, text } from '../language.ts'
import { go } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { displayName, handle as handleField } from '../usual-fields.ts'
import { portrait } from './portrait.ts'

export const profile: Screen = {
  title: 'profile.title',
  of: 'account',
  show: (me) => [
    element(
      'div',
      { class: 'person' },
      portrait(me),
      element('p', {}, strong(me.display_name), element('span', {}, theirs(`@${me.handle}`))),
    ),
    section(text('profile.picture'), pictureForm(), me.profile_image === undefined ? undefined : removalForm()),
    section(text('profile.details'), aboutForm(me)),
  ],
}

const news = (what: PlainKey) => () => {
  go('profile')
  say(text(what))
}

const aboutForm = ({ display_name, handle, bio, passkeys }: Me): HTMLFormElement =>
  form({
    fields: [
      { ...displayName(), value: display_name },
      { ...handleField(), value: handle },
      {
        name: 'bio',
        label: text('profile.about'),
        value: bio,
        isOptional: true,
        hint: text('profile.about_hint', { count: 160 }),
      },
    ],
    submit: text('action.save'),
    send: (body) => api.PATCH('/v0/user/me', { body }),
    about: { 'user:handle_already_exists': 'handle' },
    done: () => {
      if (passkeys > 0) void signalPasskeyDetails(api)
      news('said.saved')()
    },
  })

const pictureForm = (): HTMLFormElement =>
  form({
    fields: [
      {
        name: 'file',
        label: text('profile.choose'),
        type: 'file',
        accept: 'image/jpeg,image/png,image/gif,image/webp',
        hint: text('profile.choose_hint', { count: 4 }),
      },
    ],
    submit: text('profile.upload'),
    kind: 'quiet',
    send: (_values, made) => api.POST('/v0/user/me/profile-image', { body: new FormData(made) }),
    about: { 'file:upload_error': 'file', 'file:unsupported_type': 'file', FILE_TOO_LARGE: 'file' },
    done: news('profile.updated'),
  })

const removalForm = (): HTMLFormElement =>
  form({
    submit: text('profile.remove'),
    kind: 'quiet',
    send: () => api.DELETE('/v0/user/me/profile-image'),
    done: news('profile.removed'),
  })
