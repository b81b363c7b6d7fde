import ReactMarkdown from "react-markdown";
import styles from "./markdown.module.css";

/** Markdown without HTML and images: a reply may quote text that somebody else wrote. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>
      <ReactMarkdown
        skipHtml
        disallowedElements={["img"]}
        components={{ a: ({ href, children }) => <a href={href} target="_blank" rel="noreferrer noopener">{children}</a> }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
