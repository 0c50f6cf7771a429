import type {
  OpenAiResponse,
  OutputApproval,
  OutputCall,
  OutputMessage,
  ResponseAnnotation,
} from './response-object-schema.ts';

interface ItemPlace {
  readonly item_id: string;
  readonly output_index: number;
}

type ContentPlace = ItemPlace & { readonly content_index: number };
type Part = OutputMessage['content'][number];
type Item = OutputMessage | OutputCall | OutputApproval;

/** The events of a response stream, without the `sequence_number` that the encoder adds. */
export type ResponseFrame =
  | {
      readonly type:
        | 'response.created'
        | 'response.in_progress'
        | 'response.completed'
        | 'response.incomplete'
        | 'response.failed';
      readonly response: OpenAiResponse;
    }
  | {
      readonly type: 'response.output_item.added' | 'response.output_item.done';
      readonly output_index: number;
      readonly item: Item;
    }
  | ({
      readonly type: 'response.content_part.added' | 'response.content_part.done';
      readonly part: Part;
    } & ContentPlace)
  | ({
      readonly type: 'response.output_text.delta';
      readonly delta: string;
      readonly logprobs: never[];
    } & ContentPlace)
  | ({
      readonly type: 'response.output_text.done';
      readonly text: string;
      readonly logprobs: never[];
    } & ContentPlace)
  | ({
      readonly type: 'response.output_text.annotation.added';
      readonly annotation_index: number;
      readonly annotation: ResponseAnnotation;
    } & ContentPlace)
  | ({
      readonly type: 'response.function_call_arguments.delta';
      readonly delta: string;
    } & ItemPlace)
  | ({
      readonly type: 'response.function_call_arguments.done';
      readonly name: string;
      readonly arguments: string;
    } & ItemPlace)
  | ErrorFrame;

/** The error of a stream that failed before the response was created. */
interface ErrorFrame {
  readonly type: 'error';
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
}

type Numbered<Frame> = Frame extends unknown ? Frame & { readonly sequence_number: number } : never;

export type ResponseEvent = Numbered<ResponseFrame>;
