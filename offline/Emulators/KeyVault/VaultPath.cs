namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>
/// <c>/keys/{name}/{version}/{operation}</c>. Missing parts are empty strings. Clients omit the version in three ways:
/// <c>/keys/{name}/wrapkey</c>, <c>/keys/{name}//wrapkey</c>, <c>/keys/{name}/</c>.
/// </summary>
internal readonly record struct VaultPath(string Collection, string Name, string Version, string Operation)
{
    public static VaultPath Parse(string path)
    {
        var segments = path.TrimEnd('/').Split('/')[1..];
        return segments switch
        {
            [var collection] => new VaultPath(Lower(collection), "", "", ""),
            [var collection, var name] => new VaultPath(Lower(collection), name, "", ""),
            [var collection, var name, var last] when IsOperation(last) =>
                new VaultPath(Lower(collection), name, "", Lower(last)),
            [var collection, var name, var version] => new VaultPath(Lower(collection), name, version, ""),
            [var collection, var name, var version, var operation] =>
                new VaultPath(Lower(collection), name, version, Lower(operation)),
            _ => throw new VaultException(404, "NotFound", $"{path} does not exist."),
        };
    }

    private static bool IsOperation(string segment) =>
        KeyCryptography.Operation(segment) is not null || Lower(segment) is "create" or "rotate" or "versions";

    private static string Lower(string segment) => segment.ToLowerInvariant();
}
