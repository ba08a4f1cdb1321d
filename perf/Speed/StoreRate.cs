using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Speed;

/// <summary>What the store does at most, without us: the same point read, and the same row put, again and again.</summary>
internal static class StoreRate
{
    private const string Account = "devstoreaccount1";

    public static async Task<(Run Read, Run Put)> MeasureAsync(AzuriteProcess azurite, int seconds)
    {
        var key = Convert.FromBase64String(azurite.ConnectionString.Split("AccountKey=")[1].Split(';')[0]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var origin = new Uri(azurite.Endpoint, "/");
        var table = $"speed{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var entity = $"/{Account}/{table}(PartitionKey='p',RowKey='r')";
        var body = $$"""{"PartitionKey":"p","RowKey":"r","Details":"{{new string('a', 200)}}"}""";
        var make = Sign(new Request($"/{Account}/Tables", new Dictionary<string, string>(), $$"""{"TableName":"{{table}}"}""", "POST"), key);
        var put = Sign(new Request(entity, new Dictionary<string, string>(), body, "PUT"), key);
        var read = Sign(new Request(entity, new Dictionary<string, string>()), key);
        foreach (var request in (Request[])[make, put])
            await SendAsync(http, origin, request);
        return (await Wrk.SendAsync(origin, [read], seconds), await Wrk.SendAsync(origin, [put], seconds));
    }

    /// <summary><see href="https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key">SharedKeyLite</see>.</summary>
    private static Request Sign(Request request, byte[] key)
    {
        var date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{date}\n/{Account}{request.Path}"));
        return request with
        {
            Headers = new Dictionary<string, string>
            {
                ["x-ms-date"] = date,
                ["x-ms-version"] = "2019-02-02",
                ["Accept"] = "application/json;odata=minimalmetadata",
                ["Content-Type"] = "application/json",
                ["Authorization"] = $"SharedKeyLite {Account}:{Convert.ToBase64String(signature)}",
            },
        };
    }

    private static async Task SendAsync(HttpClient http, Uri origin, Request request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Verb), new Uri(origin, request.Path))
        {
            Content = new StringContent(request.Body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in request.Headers.Where(header => header.Key != "Content-Type"))
            message.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(message);
        response.EnsureSuccessStatusCode();
    }
}
