using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Identity;

internal static class Refusals
{
    public static async Task<KeyserverException> ShouldBeRefusedAsync(Func<Task> call, ErrorName expected)
    {
        var refusal = await Assert.ThrowsAnyAsync<KeyserverException>(call);
        Assert.Equal(expected, refusal.Error);
        return refusal;
    }
}
