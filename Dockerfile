FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir /src && rm -r /src && useradd --create-home reader
USER reader
WORKDIR /data
EXPOSE 8001
ENTRYPOINT ["ushrn"]
CMD ["serve", "--db", "public.db", "--immutable", "--host", "0.0.0.0"]
