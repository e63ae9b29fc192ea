# docker build --tag apachestaple .
# docker run --rm --volume /etc/apache2:/etc/apache2:ro --volume /etc/ssl/certs:/etc/ssl/certs:ro apachestaple

# To build the same image again, give the digest: --build-arg PYTHON=python@sha256:...
ARG PYTHON=docker.io/library/python:3.13-slim-trixie

FROM ${PYTHON} AS build
WORKDIR /source
COPY debian/requirements.txt debian/build-requirements.txt ./
RUN python3 -m venv --without-pip /opt/apachestaple \
    && python3 -m pip --python /opt/apachestaple/bin/python3 install --no-cache-dir --no-deps --require-hashes \
        --requirement requirements.txt \
    && python3 -m venv /build \
    && /build/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement build-requirements.txt
COPY . .
RUN /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python3 -m pip --python /opt/apachestaple/bin/python3 install --no-cache-dir --no-deps /wheels/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title=apachestaple org.opencontainers.image.licenses=Apache-2.0
COPY --from=build /opt/apachestaple /opt/apachestaple
ENV PATH=/opt/apachestaple/bin:$PATH
# nobody
USER 65534:65534
WORKDIR /etc/apache2
ENTRYPOINT ["apachestaple"]
CMD ["lint", "/etc/apache2"]
