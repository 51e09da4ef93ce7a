using System.ComponentModel.DataAnnotations;

namespace Parley.Vad;

/// <summary>Checks an options record by its own attributes and cross checks.</summary>
internal static class OptionsCheck
{
    /// <summary>Throws with all findings at once.</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public static void ThrowIfInvalid(object options)
    {
        List<ValidationResult> findings = [];
        if (!Validator.TryValidateObject(options, new ValidationContext(options), findings, validateAllProperties: true))
            throw new ArgumentException($"{options.GetType().Name}: {string.Join(" ", findings.Select(finding => finding.ErrorMessage))}", nameof(options));
    }
}
