"use client";

import dynamic from "next/dynamic";
import { Spinner } from "@/components/spinner";
import type { Person } from "../types";
import styles from "./workspace-loader.module.css";

function Loading() {
  return (
    <div className={styles.loading}>
      <Spinner label="Loading Todoku" />
    </div>
  );
}

// Made in the browser only: what it shows depends on the browser's zone, clock, storage and permissions.
const Workspace = dynamic(() => import("./workspace"), { ssr: false, loading: Loading });

export function WorkspaceLoader({ person }: { person: Person }) {
  return <Workspace person={person} />;
}
