import { signalPasskeyDetails } from 'postern/client/passkeys'
import { api, type Me } from '../api.ts'
import { element, section } from '../elements.ts'
import { form } from '../form.ts'
import { go } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { displayName, handle as handleField } from '../usual-fields.ts'
import { portrait } from './portrait.ts'

export const profile: Screen = {
  title: 'Profile',
  of: 'account',
  show: (me) => [
    element(
      'div',
      { class: 'person' },
      portrait(me),
      element('p', {}, element('strong', {}, me.display_name), element('span', {}, `@${me.handle}`)),
    ),
    section('Picture', pictureForm(), me.profile_image === undefined ? undefined : removalForm()),
    section('Your details', aboutForm(me)),
  ],
}

const news = (text: string) => () => {
  go('profile')
  say(text)
}

const aboutForm = ({ display_name, handle, bio, passkeys }: Me): HTMLFormElement =>
  form({
    fields: [
      { ...displayName, value: display_name },
      { ...handleField, value: handle },
      { name: 'bio', label: 'About you', value: bio, isOptional: true, hint: 'Up to 160 characters.' },
    ],
    submit: 'Save',
    send: (body) => api.PATCH('/v0/user/me', { body }),
    about: { 'user:handle_already_exists': 'handle' },
    done: () => {
      if (passkeys > 0) void signalPasskeyDetails(api)
      news('Saved.')()
    },
  })

const pictureForm = (): HTMLFormElement =>
  form({
    fields: [
      {
        name: 'file',
        label: 'Choose a picture',
        type: 'file',
        accept: 'image/jpeg,image/png,image/gif,image/webp',
        hint: 'JPEG, PNG, GIF or WebP, up to 4 MB. We remove the location it was taken at.',
      },
    ],
    submit: 'Upload',
    kind: 'quiet',
    send: (_values, made) => api.POST('/v0/user/me/profile-image', { body: new FormData(made) }),
    about: { 'file:upload_error': 'file', 'file:unsupported_type': 'file', FILE_TOO_LARGE: 'file' },
    done: news('Your picture has been updated.'),
  })

const removalForm = (): HTMLFormElement =>
  form({
    submit: 'Remove picture',
    kind: 'quiet',
    send: () => api.DELETE('/v0/user/me/profile-image'),
    done: news('Your picture has been removed.'),
  })
