using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using AtpKeyserver.Emulators.KeyVault.Wire;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>Builds the responses. Ids are absolute, with the request's host.</summary>
internal sealed class KeyResponses(Vault vault, HttpRequest request)
{
    /// <summary>The maximum and default page size, as in the service.</summary>
    private const int PageSize = 25;

    /// <summary>The service's retention of deleted keys, in seconds: 90 days.</summary>
    private const long PurgeAfter = 90 * 86_400;

    private string Origin => $"{request.Scheme}://{request.Host}";

    public KeyBundle Get(VaultPath path)
    {
        var (key, version) = vault.Find(path.Name, path.Version);
        return Bundle(key, version);
    }

    public KeyBundle Create(VaultPath path, CreateKeyRequest body) => Newest(vault.Create(path.Name, body));

    public KeyBundle Rotate(VaultPath path) => Newest(vault.Rotate(path.Name));

    public KeyBundle Update(VaultPath path, UpdateKeyRequest body)
    {
        var (key, version) = vault.Update(path.Name, path.Version, body);
        return Bundle(key, version);
    }

    public DeletedKeyBundle Delete(VaultPath path)
    {
        if (path.Version.Length > 0)
            throw new VaultException(405, "MethodNotAllowed", "A single key version cannot be deleted.");
        return Deleted(vault.Delete(path.Name));
    }

    public DeletedKeyBundle GetDeleted(VaultPath path) => Deleted(vault.FindDeleted(path.Name));

    public CryptographyAnswer Run(string operation, VaultPath path, CryptographyRequest body)
    {
        var (key, version) = vault.Find(path.Name, path.Version);
        var value = KeyCryptography.Run(operation, version, body, vault.Now);
        return new CryptographyAnswer(Id(key, version), Base64Url.EncodeToString(value));
    }

    public KeyPage List() => Page(vault.All.Select(key => Item($"{Origin}/keys/{key.Name}", key.Newest)));

    /// <summary>Ordered by version id, because the service does not guarantee an order.</summary>
    public KeyPage Versions(VaultPath path)
    {
        var key = vault.Find(path.Name);
        return Page(key.Versions.OrderBy(version => version.Id, StringComparer.Ordinal).Select(
            version => Item(Id(key, version), version)));
    }

    private static KeyItem Item(string id, KeyVersion version) => new(id, version.Attributes, version.Tags);

    private KeyPage Page(IEnumerable<KeyItem> items)
    {
        var start = Number("$skiptoken", 0, int.MaxValue) ?? 0;
        var size = Number("maxresults", 1, PageSize) ?? PageSize;
        var page = items.Skip(start).Take(size + 1).ToList();
        if (page.Count <= size)
            return new KeyPage(page, null);
        var version = Uri.EscapeDataString(request.Query["api-version"].ToString());
        var next = $"{Origin}{request.Path}?api-version={version}&$skiptoken={start + size}&maxresults={size}";
        return new KeyPage(page[..size], next);
    }

    private int? Number(string parameter, int min, int max)
    {
        var text = request.Query[parameter].ToString();
        if (text.Length == 0)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min
            && number <= max)
            return number;
        throw VaultException.BadParameter($"{parameter} is {text}; it must be {min} to {max}.");
    }

    private string Id(VaultKey key, KeyVersion version) => $"{Origin}/keys/{key.Name}/{version.Id}";

    private KeyBundle Newest(VaultKey key) => Bundle(key, key.Newest);

    private KeyBundle Bundle(VaultKey key, KeyVersion version) =>
        new(WebKey(key, version), version.Attributes, version.Tags);

    private DeletedKeyBundle Deleted(VaultKey key) => new(
        $"{Origin}/deletedkeys/{key.Name}",
        key.DeletedAt!.Value,
        key.DeletedAt.Value + PurgeAfter,
        WebKey(key, key.Newest),
        key.Newest.Attributes,
        key.Newest.Tags);

    private WebKey WebKey(VaultKey key, KeyVersion version)
    {
        RSAParameters parameters;
        lock (version.Key)
            parameters = version.Key.ExportParameters(includePrivateParameters: false);
        return new WebKey(
            Id(key, version),
            "RSA",
            version.Operations,
            Base64Url.EncodeToString(parameters.Modulus),
            Base64Url.EncodeToString(parameters.Exponent));
    }
}
