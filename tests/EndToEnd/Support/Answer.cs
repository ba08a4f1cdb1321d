using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>A completely read response.</summary>
public sealed class Answer(HttpResponseMessage response, byte[] body)
{
    public int Status { get; } = (int)response.StatusCode;

    public HttpResponseHeaders Headers { get; } = response.Headers;

    public HttpContentHeaders ContentHeaders { get; } = response.Content.Headers;

    public string Text { get; } = Encoding.UTF8.GetString(body);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    /// <summary>The value of a header; null where it is absent.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    public string String(string member) => Json.GetProperty(member).GetString()!;

    public int Int(string member) => Json.GetProperty(member).GetInt32();

    /// <summary>A member of a successful response.</summary>
    public Answer Ok()
    {
        Assert.True(Status == 200, $"Expected 200, got {Status}: {Text}");
        return this;
    }

    /// <summary>
    /// Checks that this is a protocol error: status, name, only the two members, no internal details, and the headers
    /// for its status.
    /// </summary>
    public Answer Is(int status, string error)
    {
        Assert.True(Status == status && Text.Contains($"\"{error}\"", StringComparison.Ordinal),
            $"Expected {status} {error}, got {Status}: {Text}");
        Assert.Equal("application/json", ContentHeaders.ContentType?.MediaType);
        Assert.Equal(["error", "message"], Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(error, String("error"));
        Assert.NotEmpty(String("message"));
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        Assert.Equal("*", Header("Access-Control-Allow-Origin"));
        Assert.Equal(status == 401 ? $"Bearer error=\"{error}\"" : null, Header("WWW-Authenticate"));
        Assert.Equal(status is 429 or 503, Header("Retry-After") is not null);
        return this;
    }
}
