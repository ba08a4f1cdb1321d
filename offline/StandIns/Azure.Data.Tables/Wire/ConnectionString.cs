namespace Azure.Data.Tables.Wire;

/// <summary>
/// A storage account's connection string: <c>AccountName</c> and <c>AccountKey</c> with either <c>TableEndpoint</c> or
/// <c>DefaultEndpointsProtocol</c> and <c>EndpointSuffix</c>; or <c>UseDevelopmentStorage=true</c>.
/// Source: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
/// </summary>
internal sealed record ConnectionString(Uri Endpoint, TableSharedKeyCredential Credential)
{
    /// <summary>The account that every storage emulator has.</summary>
    private const string Development =
        "AccountName=devstoreaccount1;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;" +
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <exception cref="FormatException">A part is missing or has no <c>=</c>.</exception>
    public static ConnectionString Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new FormatException("A part of the connection string is not of the form name=value.");
            parts[part[..equals]] = part[(equals + 1)..];
        }

        if (parts.TryGetValue("UseDevelopmentStorage", out var value) && value.Equals("true", StringComparison.OrdinalIgnoreCase))
            return Parse(Development);
        var account = Part(parts, "AccountName");
        var protocol = parts.GetValueOrDefault("DefaultEndpointsProtocol", "https");
        var suffix = parts.GetValueOrDefault("EndpointSuffix", "core.windows.net");
        var endpoint = parts.GetValueOrDefault("TableEndpoint", $"{protocol}://{account}.table.{suffix}/");
        return new(new Uri(endpoint), new TableSharedKeyCredential(account, Part(parts, "AccountKey")));
    }

    private static string Part(Dictionary<string, string> parts, string name) =>
        parts.TryGetValue(name, out var part) ? part : throw new FormatException($"The connection string lacks {name}.");
}
