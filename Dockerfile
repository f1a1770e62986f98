# The bot as an admin runs it, without demo and tests. How to build and run it: docs/operations.md.
FROM python:3.11-slim
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes --requirement requirements/run.txt
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && pip check
RUN useradd --create-home makegood && install --directory --owner makegood /ledger
USER makegood
WORKDIR /ledger
VOLUME /ledger
# Inside its container the bot listens to the outside; nothing gets there but what is published.
ENV HOST=0.0.0.0
EXPOSE 3000
CMD ["makegood", "run"]
