using AtpKeyserver.Functions.Xrpc;

namespace AtpKeyserver.Tests.Unit.Xrpc;

public sealed class TimeTests
{
    [Theory]
    [InlineData("2030-01-23T10:30:00.99999999Z", 999)]
    [InlineData("2030-01-23T10:30:00.00199999999999999999Z", 1)]
    [InlineData("2030-01-23T10:30:00.5Z", 500)]
    public void A_time_is_truncated_to_the_millisecond(string text, int millisecond) =>
        Assert.Equal(new DateTimeOffset(2030, 1, 23, 10, 30, 0, millisecond, TimeSpan.Zero),
            XrpcCall.CheckTime("expires_at", text));
}
