import { Component, type ComponentChildren } from 'preact';
import { t } from '../language/language';

/** A view that fails to draw says so, and leaves the rest of the page alone. */
export class Guard extends Component<{ children?: ComponentChildren }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ hasFailed: true });
  }

  override render(): ComponentChildren {
    return this.state.hasFailed ? <p class="refusal trouble" role="alert">{t('error.unknown')}</p> : this.props.children;
  }
}
