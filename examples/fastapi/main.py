# SPDX-License-Identifier: ISC
"""A FastAPI backend behind Postern: uvicorn main:app"""
import os

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from auth import AUTH_URL, User, get_current_user, get_member_with_profile

app = FastAPI()

# Pages on other origins may call with a token. No cookies are involved, so no credentials.
app.add_middleware(CORSMiddleware, allow_methods=["*"], allow_headers=["Authorization", "Content-Type"],
                   allow_origins=os.environ.get("ORIGINS", AUTH_URL).split(","))


@app.get("/me")
def me(user: User = Depends(get_current_user)):
    return user


@app.get("/hello")
def hello(user: User = Depends(get_current_user)):
    return {"message": "Hello, guest" if user.is_guest else f"Hello, {user.name or user.id}"}


@app.get("/personal")
def personal(user: User = Depends(get_member_with_profile)):
    return {"message": f"Only for members with a profile, like {user.name or user.id}"}


# The chat keeps its threads in Postern's database; without one this is a backend of the three routes above.
if os.environ.get("DATABASE_URL"):
    from chat import router
    app.include_router(router)
