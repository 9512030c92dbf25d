import { api, type Me } from '../api.ts'
import { element, section } from '../elements.ts'
import { form } from '../form.ts'
import { go } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
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
    section('About you', aboutForm(me)),
  ],
}

const news = (text: string) => () => {
  go('profile')
  say(text)
}

const aboutForm = ({ display_name, handle, bio }: Me): HTMLFormElement =>
  form({
    fields: [
      { name: 'display_name', label: 'Name', autocomplete: 'name', value: display_name },
      { name: 'handle', label: 'Handle', autocomplete: 'username', value: handle },
      { name: 'bio', label: 'A line about you', value: bio, isOptional: true, hint: 'Up to 160 characters.' },
    ],
    submit: 'Save',
    send: (body) => api.PATCH('/v0/user/me', { body }),
    about: { 'user:handle_already_exists': 'handle' },
    done: news('Saved.'),
  })

const pictureForm = (): HTMLFormElement =>
  form({
    fields: [
      {
        name: 'file',
        label: 'Choose a picture',
        type: 'file',
        accept: 'image/jpeg,image/png,image/gif,image/webp',
        hint: 'JPEG, PNG, GIF or WebP, up to 4 MB. Where it was taken is removed from it.',
      },
    ],
    submit: 'Upload',
    kind: 'quiet',
    send: (_values, made) => api.POST('/v0/user/me/profile-image', { body: new FormData(made) }),
    about: { 'file:upload_error': 'file', 'file:unsupported_type': 'file', FILE_TOO_LARGE: 'file' },
    done: news('Your picture is there.'),
  })

const removalForm = (): HTMLFormElement =>
  form({
    submit: 'Remove the picture',
    kind: 'quiet',
    send: () => api.DELETE('/v0/user/me/profile-image'),
    done: news('Your picture is gone.'),
  })
