using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Measures the store alone: reading one row, and putting one row.</summary>
internal static class StoreRate
{
    public static async Task<(Run Read, Run Put)> MeasureAsync(AzuriteProcess azurite, int seconds)
    {
        var key = SharedKey.Of(azurite.ConnectionString);
        var origin = new Uri(azurite.Endpoint, "/");
        using var http = XrpcCaller.Connect(origin);
        var table = $"speed{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var entity = $"/{SharedKey.Account}/{table}(PartitionKey='p',RowKey='r')";
        var body = $$"""{"PartitionKey":"p","RowKey":"r","Details":"{{new string('a', 200)}}"}""";
        var none = new Dictionary<string, string>();
        var tables = $"/{SharedKey.Account}/Tables";
        var make = Sign(new Request(tables, none, $$"""{"TableName":"{{table}}"}""", "POST"), key);
        var put = Sign(new Request(entity, none, body, "PUT"), key);
        var read = Sign(new Request(entity, none), key);
        await SendAsync(http, make);
        await SendAsync(http, put);
        return (await Wrk.SendAsync(origin, [read], seconds), await Wrk.SendAsync(origin, [put], seconds));
    }

    private static Request Sign(Request request, SharedKey key) =>
        request with { Headers = key.Sign(request.Path) };

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
