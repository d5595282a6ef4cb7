import { Injectable, type PipeTransform } from 'corbel'

/** Takes white space off; nothing is left undefined. */
@Injectable()
export class TrimPipe implements PipeTransform<string | undefined, string | undefined> {
  transform(value: string | undefined): string | undefined {
    const trimmed = value?.trim()
    return trimmed === '' ? undefined : trimmed
  }
}
