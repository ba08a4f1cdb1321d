using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Measures the store alone: reading one row, and putting one row.</summary>
internal static class StoreRate
{
    private const string Account = "devstoreaccount1";

    public static async Task<(Run Read, Run Put)> MeasureAsync(AzuriteProcess azurite, int seconds)
    {
        var key = Convert.FromBase64String(azurite.ConnectionString.Split("AccountKey=")[1].Split(';')[0]);
        var origin = new Uri(azurite.Endpoint, "/");
        using var http = XrpcCaller.Connect(origin);
        var table = $"speed{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var entity = $"/{Account}/{table}(PartitionKey='p',RowKey='r')";
        var body = $$"""{"PartitionKey":"p","RowKey":"r","Details":"{{new string('a', 200)}}"}""";
        var none = new Dictionary<string, string>();
        var make = Sign(new Request($"/{Account}/Tables", none, $$"""{"TableName":"{{table}}"}""", "POST"), key);
        var put = Sign(new Request(entity, none, body, "PUT"), key);
        var read = Sign(new Request(entity, none), key);
        await SendAsync(http, make);
        await SendAsync(http, put);
        return (await Wrk.SendAsync(origin, [read], seconds), await Wrk.SendAsync(origin, [put], seconds));
    }

    /// <summary>
    /// <see href="https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key">SharedKeyLite</see>.
    /// </summary>
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

    private static async Task SendAsync(HttpClient http, Request request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Verb), request.Path)
        {
            Content = new StringContent(request.Body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in request.Headers.Where(header => header.Key != "Content-Type"))
            message.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(message);
        response.EnsureSuccessStatusCode();
    }
}
