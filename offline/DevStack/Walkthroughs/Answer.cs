using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>A JSON response and checks of it. Failures show member names, not values, which may be secret.</summary>
internal sealed class Answer
{
    private readonly string _call;
    private readonly int _status;
    private readonly JsonObject _body;

    private Answer(string call, int status, JsonObject body)
    {
        _call = call;
        _status = status;
        _body = body;
    }

    public static async Task<Answer> ReadAsync(
        string call, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType?.MediaType;
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            if (type == MediaTypeNames.Application.Json && JsonNode.Parse(text) is JsonObject body)
                return new Answer(call, status, body);
        }
        catch (JsonException)
        {
            // Reported below.
        }

        throw new StepFailedException(
            $"{call}: expected a JSON object, got {status} with {text.Length} characters of {type ?? "no type"}");
    }

    public Answer Is(int status)
    {
        Expect.That(_status == status, $"{status} from {_call}", Summary());
        return this;
    }

    /// <summary>Checks for an error with this name.</summary>
    /// <returns>A description of the error.</returns>
    public string IsRefused(int status, string error)
    {
        Expect.That(_status == status && (string?)_body["error"] == error, $"{status} {error} from {_call}", Summary());
        return $"{status} {error}";
    }

    public string Text(string name) =>
        Member(name).GetValueKind() == JsonValueKind.String ? (string)Member(name)! : throw Wrong(name, "a string");

    public JsonArray List(string name) => Member(name) as JsonArray ?? throw Wrong(name, "a list");

    private JsonNode Member(string name) => _body[name] ?? throw Wrong(name, "a member");

    private StepFailedException Wrong(string name, string kind) =>
        new($"{_call}: expected {kind} '{name}', got {Summary()}");

    private string Summary() => _body["error"] is { } error
        ? $"{_status} {error}: {_body["message"]}"
        : $"{_status} with {string.Join(", ", _body.Select(member => member.Key))}";
}
