using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>The PDS emulator, which creates accounts and service tokens.</summary>
internal sealed class Pds(HttpClient http, Uri origin)
{
    public Uri Origin => origin;

    /// <summary>Finds or creates the account with the handle.</summary>
    public async Task<Person> AccountAsync(string name, string method, string curve, CancellationToken cancellation)
    {
        var account = new JsonObject { ["handle"] = $"{name.ToLowerInvariant()}.test", ["method"] = method,
            ["curve"] = curve };
        using var response = await http.PostAsJsonAsync(new Uri(origin, "accounts"), account, cancellation);
        var answer = await Answer.ReadAsync("POST /accounts", response, cancellation);
        answer.Is(200);
        return new Person(name, answer.Text("did"), answer.Text("accessToken"));
    }

    /// <summary>Gets a service token for one method.</summary>
    /// <param name="person">The account.</param>
    /// <param name="audience">The service's DID.</param>
    /// <param name="method">The NSID.</param>
    /// <param name="expires">When it expires; null: the PDS's default.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task<string> TokenAsync(
        Person person, string audience, string method, DateTimeOffset? expires, CancellationToken cancellation)
    {
        var exp = expires is { } end
            ? string.Create(CultureInfo.InvariantCulture, $"&exp={end.ToUnixTimeSeconds()}")
            : "";
        using var request = new HttpRequestMessage(HttpMethod.Get, TokenUri(origin, audience, method) + exp);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.AccessToken);
        using var response = await http.SendAsync(request, cancellation);
        var answer = await Answer.ReadAsync("getServiceAuth", response, cancellation);
        answer.Is(200);
        return answer.Text("token");
    }

    public static string TokenUri(Uri origin, string audience, string method) =>
        $"{origin}xrpc/com.atproto.server.getServiceAuth?aud={Uri.EscapeDataString(audience)}&lxm={method}";
}
