using AtpKeyserver.Cli;

namespace AtpKeyserver.Tests.Client.Cli;

/// <summary>What <c>atpkey</c> adds to errors.</summary>
public sealed class HintTests
{
    public static TheoryData<Exception, string> Failures => new()
    {
        {
            new PdsException("AuthFactorTokenRequired", "A sign in code has been sent to your email address"),
            "A sign in code has been sent to your email address. "
                + "Use an app password, which needs no second factor."
        },
        {
            new PdsException("AuthenticationRequired", "Invalid identifier or password"),
            "Invalid identifier or password. Use your handle and an app password."
        },
        {
            new LimitedException("RateLimitExceeded", "Too many calls.") { RetryAfter = TimeSpan.FromSeconds(1.5) },
            "Too many calls. Try again in 2 s."
        },
        {
            new UpstreamException("Unreachable", "No response.") { OutcomeUnknown = true },
            "No response. The change may have been made: check it."
        },
        { new ArgumentException("The name is wrong.", "name"), "The name is wrong." },
        { new UpstreamException("Unreachable", "No response."), "No response." },
        { new ArgumentOutOfRangeException("version", "Versions start at 1."), "Versions start at 1." },
        {
            new UnauthorizedAccessException("Access to the path is denied."),
            "Cannot write the output: it is closed or not writable."
        },
        { new OperationCanceledException(), "Interrupted." },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void An_error_says_what_to_do(Exception failure, string message) =>
        Assert.Equal(message, Hint.AddTo(failure));
}
