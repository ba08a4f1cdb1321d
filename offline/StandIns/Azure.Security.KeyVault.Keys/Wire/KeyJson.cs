using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>The JSON of keys. Source: https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key</summary>
internal static class KeyJson
{
    public static KeyVaultKey ReadKey(Response response)
    {
        using var document = JsonDocument.Parse(response.Content.ToMemory());
        var json = document.RootElement.GetProperty("key");
        var id = json.GetProperty("kid").GetString();
        var key = new JsonWebKey(json.TryGetProperty("key_ops", out var operations)
            ? operations.EnumerateArray().Select(operation => new KeyOperation(operation.GetString()))
            : null)
        {
            Id = id,
            KeyType = new KeyType(json.GetProperty("kty").GetString()),
            N = ReadBytes(json, "n"),
            E = ReadBytes(json, "e"),
        };
        return new KeyVaultKey(ReadProperties(new Uri(id), document.RootElement), key);
    }

    /// <summary>A page of <c>{"value":[{"kid":…,"attributes":…}],"nextLink":…}</c>.</summary>
    public static Page<KeyProperties> ReadVersions(Response response)
    {
        using var document = JsonDocument.Parse(response.Content.ToMemory());
        List<KeyProperties> versions = [.. document.RootElement.GetProperty("value").EnumerateArray()
            .Select(version => ReadProperties(new Uri(version.GetProperty("kid").GetString()), version))];
        var next = document.RootElement.TryGetProperty("nextLink", out var link) ? link.GetString() : null;
        return Page<KeyProperties>.FromValues(versions, string.IsNullOrEmpty(next) ? null : next, response);
    }

    public static byte[] WriteCreate(CreateRsaKeyOptions options) => Write(json =>
    {
        json.WriteString("kty", options.KeyType.ToString());
        if (options.KeySize is { } size)
            json.WriteNumber("key_size", size);
        if (options.KeyOperations.Count > 0)
        {
            json.WriteStartArray("key_ops");
            foreach (var operation in options.KeyOperations)
                json.WriteStringValue(operation.ToString());
            json.WriteEndArray();
        }

        WriteAttributes(json, options);
        if (options.Tags.Count == 0)
            return;
        json.WriteStartObject("tags");
        foreach (var (name, value) in options.Tags)
            json.WriteString(name, value);
        json.WriteEndObject();
    });

    /// <summary><c>{"alg":"RSA-OAEP-256","value":"{base64url}"}</c></summary>
    public static byte[] WriteOperation(string algorithm, ReadOnlyMemory<byte> value) => Write(json =>
    {
        json.WriteString("alg", algorithm);
        json.WriteString("value", Base64Url.EncodeToString(value.Span));
    });

    /// <summary><c>{"kid":"…","value":"{base64url}"}</c></summary>
    public static (string KeyId, byte[] Value) ReadOperation(Response response)
    {
        using var document = JsonDocument.Parse(response.Content.ToMemory());
        return (document.RootElement.GetProperty("kid").GetString(), ReadBytes(document.RootElement, "value"));
    }

    private static void WriteAttributes(Utf8JsonWriter json, CreateKeyOptions options)
    {
        if (options is { Enabled: null, NotBefore: null, ExpiresOn: null })
            return;
        json.WriteStartObject("attributes");
        if (options.Enabled is { } enabled)
            json.WriteBoolean("enabled", enabled);
        if (options.NotBefore is { } notBefore)
            json.WriteNumber("nbf", notBefore.ToUnixTimeSeconds());
        if (options.ExpiresOn is { } expires)
            json.WriteNumber("exp", expires.ToUnixTimeSeconds());
        json.WriteEndObject();
    }

    private static KeyProperties ReadProperties(Uri id, JsonElement json)
    {
        var properties = new KeyProperties(id);
        if (json.TryGetProperty("attributes", out var attributes))
        {
            properties.Enabled = attributes.TryGetProperty("enabled", out var enabled) ? enabled.GetBoolean() : null;
            properties.NotBefore = ReadTime(attributes, "nbf");
            properties.ExpiresOn = ReadTime(attributes, "exp");
            properties.CreatedOn = ReadTime(attributes, "created");
            properties.UpdatedOn = ReadTime(attributes, "updated");
        }

        if (json.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Object)
        {
            foreach (var tag in tags.EnumerateObject())
                properties.Tags[tag.Name] = tag.Value.GetString();
        }

        return properties;
    }

    private static DateTimeOffset? ReadTime(JsonElement json, string name) =>
        json.TryGetProperty(name, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : null;

    private static byte[] ReadBytes(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) ? Base64Url.DecodeFromChars(text.GetString()) : null;

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        content(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
