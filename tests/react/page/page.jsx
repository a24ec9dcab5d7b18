// SPDX-License-Identifier: ISC
// The page: who is signed in, by the hook alone; the forms; what the last call answered.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { auth } from "./auth.js";
import { FORMS } from "./forms.js";

const HEADERS = ["set-auth-token", "set-auth-jwt"];
const query = new URLSearchParams(location.search);

// JSON has no dates: each is written so that it can be told from a string.
const plain = (value) => {
  if (value instanceof Date) return { date: value.toISOString() };
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
};

function Session() {
  const { data, error, isPending } = auth.useSession();
  if (isPending) return <p id="who">One moment.</p>;
  if (!data) return <p id="who">Nobody is signed in{error ? ", or so it seems" : ""}.</p>;
  const { user, session } = data;
  return (
    <p id="who">
      {user.isAnonymous ? "A guest" : `${user.name} <${user.email}>`} is signed in,{" "}
      {user.emailVerified ? "verified" : "unverified"},{" "}
      {user.image ? "with" : "without"} a picture,{" "}
      since {user.createdAt.getUTCFullYear()} until {session.expiresAt.toISOString()}.
    </p>
  );
}

// A form shows what the address of the page brings, as the token of a link.
function Form({ name, fields, onSubmit }) {
  const submit = (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const values = fields.map((field) =>
      [field.name, field.type === "checkbox" ? given.has(field.name) : given.get(field.name)]);
    event.target.reset();
    onSubmit(Object.fromEntries(values.filter(([, value]) => value)));
  };
  return (
    <form aria-label={name} onSubmit={submit} noValidate>
      <h2>{name}</h2>
      {fields.map((field) => (
        <label key={field.name}>
          {field.label}
          <input name={field.name} type={field.type} autoComplete="off"
            defaultValue={field.type === "text" ? query.get(field.name) ?? "" : undefined} />
        </label>
      ))}
      <button>{name}</button>
    </form>
  );
}

function Page() {
  const [answer, setAnswer] = useState({ count: 0 });
  const ask = (call) => async (values) => {
    const headers = {};
    const onSuccess = ({ response }) => {
      for (const name of HEADERS) headers[name] = response.headers.get(name);
    };
    const got = await call(values, { onSuccess }).catch((thrown) => ({ thrown: String(thrown) }));
    setAnswer(({ count }) => ({ count: count + 1, ...plain(got), headers }));
  };
  return (
    <main>
      <h1>{location.pathname}</h1>
      <Session />
      {query.has("error") && <p role="alert">{query.get("error")}</p>}
      {FORMS.map(({ name, fields, call }) =>
        <Form key={name} name={name} fields={fields} onSubmit={ask(call)} />)}
      <output id="answer">{JSON.stringify(answer)}</output>
    </main>
  );
}

createRoot(document.getElementById("root")).render(<Page />);
