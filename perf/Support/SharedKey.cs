using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Perf.Support;

/// <summary>
/// Signs requests for Azurite by hand:
/// <see href="https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key">SharedKeyLite</see>.
/// </summary>
internal sealed class SharedKey(byte[] key)
{
    public const string Account = "devstoreaccount1";

    public static SharedKey Of(string connectionString) =>
        new(Convert.FromBase64String(connectionString.Split("AccountKey=")[1].Split(';')[0]));

    /// <summary>The headers of a request.</summary>
    public Dictionary<string, string> Sign(string path)
    {
        var date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{date}\n/{Account}{path}"));
        return new Dictionary<string, string>
        {
            ["x-ms-date"] = date,
            ["x-ms-version"] = "2019-02-02",
            ["Accept"] = "application/json;odata=minimalmetadata",
            ["Content-Type"] = "application/json",
            ["Authorization"] = $"SharedKeyLite {Account}:{Convert.ToBase64String(signature)}",
        };
    }
}
